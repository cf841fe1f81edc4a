// Its package does not export the one script by name.
import standalone from "../../../node_modules/@scalar/api-reference/dist/browser/standalone.js?url";
import "./reference.css";

/** What the script of the reference leaves behind. */
declare global {
  interface Window {
    Scalar?: { createApiReference(place: string, configuration: object): unknown };
  }
}

const doors = [
  ["native", "Native"],
  ["club", "AgentWork Club"],
  ["agentwork", "Agentwork"],
  ["agentmarket", "AgentMarket"],
  ["nexwork", "Nexwork"],
] as const;

const asked = window.location.pathname.split("/")[2] ?? "";
const shown = doors.find(([name]) => name === asked)?.[0] ?? "native";

/** The document of the door in the address; the others are a choice away. Nothing is fetched from anywhere else. */
function show(): void {
  window.Scalar?.createApiReference("#reference", {
    sources: doors.map(([name, title]) => ({
      title,
      slug: name,
      url: name === "native" ? "/openapi.json" : `/openapi/${name}.json`,
      default: name === shown,
    })),
    theme: "none",
    baseServerURL: window.location.origin,
    authentication: { preferredSecurityScheme: "apiKey" },
    layout: "modern",
    withDefaultFonts: false,
    hideClientButton: true,
    showDeveloperTools: "never",
    telemetry: false,
    agent: { disabled: true },
    mcp: { disabled: true },
    defaultHttpClient: { targetKey: "shell", clientKey: "curl" },
    persistAuth: false,
  });
}

const script = document.createElement("script");
script.src = standalone;
script.addEventListener("load", show);
document.head.append(script);
