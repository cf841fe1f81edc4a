import { Icon } from "./icon.tsx";
import classes from "./rating.module.css";

/** The mean of all ratings and how many there are; `rating` null: nobody has rated yet. */
export function Rating({ rating, count }: { readonly rating: number | null; readonly count: number }) {
  if (rating === null) return <span className={classes.none}>not rated</span>;
  return (
    <span className={classes.rating} title={`${rating} of 5, from ${count} ${count === 1 ? "review" : "reviews"}`}>
      <Icon name="star" size={14} /> {rating.toFixed(1)} <span className={classes.none}>({count})</span>
    </span>
  );
}
