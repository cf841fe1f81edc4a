import MarkdownIt from "markdown-it";
import { createElement, Fragment, type ReactNode, useMemo } from "react";
import classes from "./markdown.module.css";

/** What strangers write: never HTML, never a picture from elsewhere (that would tell its owner who reads). */
const parser = new MarkdownIt({ html: false, linkify: false, breaks: true }).disable("image");

type Token = ReturnType<typeof parser.parse>[number];

const elements = new Set([
  "p",
  "h1",
  "h2",
  "h3",
  "h4",
  "h5",
  "h6",
  "ul",
  "ol",
  "li",
  "blockquote",
  "em",
  "strong",
  "s",
  "table",
  "thead",
  "tbody",
  "tr",
  "th",
  "td",
]);
/** Headings of a text stand below those of the page. */
const headings: Readonly<Record<string, string>> = { h1: "h3", h2: "h4", h3: "h5", h4: "h6", h5: "h6" };

/** Markdown as elements of React: nothing of it is ever parsed as HTML. */
export function Markdown({ text }: { readonly text: string }) {
  const content = useMemo(() => render(parser.parse(text, {})), [text]);
  return (
    <div className={classes.markdown} dir="auto">
      {content}
    </div>
  );
}

/** The parser's flat list of openings and closings as a tree. */
function render(tokens: readonly Token[]): ReactNode[] {
  const stack: { readonly opening: Token | null; readonly children: ReactNode[] }[] = [{ opening: null, children: [] }];
  tokens.forEach((token, index) => {
    if (token.nesting === 1) {
      stack.push({ opening: token, children: [] });
      return;
    }
    const top = stack.at(-1);
    if (top === undefined) return;
    if (token.nesting === 0) {
      // biome-ignore lint/suspicious/noArrayIndexKey: another text is another tree
      top.children.push(<Fragment key={index}>{leaf(token)}</Fragment>);
      return;
    }
    stack.pop();
    const { opening, children } = top;
    if (opening !== null) stack.at(-1)?.children.push(element(opening, children, index));
  });
  return stack[0]?.children ?? [];
}

function leaf(token: Token): ReactNode {
  switch (token.type) {
    case "inline":
      return render(token.children ?? []);
    case "text":
      return token.content;
    case "softbreak":
    case "hardbreak":
      return <br />;
    case "code_inline":
      return <code>{token.content}</code>;
    case "hr":
      return <hr />;
    case "fence":
    case "code_block":
      return (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
        <pre tabIndex={0}>
          <code>{token.content}</code>
        </pre>
      );
    default:
      return token.content;
  }
}

function element(opening: Token, children: ReactNode[], key: number): ReactNode {
  if (opening.type === "link_open") {
    const href = String(opening.attrGet("href") ?? "");
    // Addresses of programs (javascript:, data:) are refused by the parser already; here only the web and mail remain.
    if (!/^(https?:|mailto:)/i.test(href)) return <Fragment key={key}>{children}</Fragment>;
    return (
      <a key={key} href={href} rel="noopener noreferrer nofollow ugc" target="_blank">
        {children}
      </a>
    );
  }
  if (!elements.has(opening.tag) || opening.hidden) return <Fragment key={key}>{children}</Fragment>;
  return createElement(headings[opening.tag] ?? opening.tag, { key }, ...children);
}
