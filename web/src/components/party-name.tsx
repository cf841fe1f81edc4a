import { useQuery } from "@tanstack/react-query";
import { partyQuery } from "../api/parties.ts";
import { meQuery } from "../api/session.ts";
import classes from "./party-name.module.css";

/** Who it is: "You" for one's own organization, else the name; null is the platform (a deadline, a rule). */
export function PartyName({ id }: { readonly id: string | null }) {
  const { data: me } = useQuery(meQuery);
  const isMine = id !== null && id === me?.party.id;
  const { data: party } = useQuery({ ...partyQuery(id ?? ""), enabled: id !== null && !isMine });
  if (id === null) return <span className={classes.platform}>Guildhall</span>;
  if (isMine) return <span className={classes.name}>You</span>;
  return (
    <span className={classes.name} dir="auto" data-loading={party === undefined || undefined}>
      {party === undefined ? "…" : (party?.name ?? "Somebody")}
    </span>
  );
}
