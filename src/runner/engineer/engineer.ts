import type { ChatModel, ToolCall, ToolResult } from "../../model/chat.ts";
import { type Executor, RunFailed, type RunSession } from "../executor.ts";
import { hearModel } from "../model-step.ts";
import type { Limits } from "../sandbox/limits.ts";
import type { NetworkAccess } from "../sandbox/proxy.ts";
import type { Sandbox } from "../sandbox/sandbox.ts";
import { oneLine, strangerText } from "../stranger-text.ts";
import { Conversation } from "./conversation.ts";
import { checkDelivery, filesToDeliver } from "./delivery.ts";
import { engineerInstructions, firstMessage, messages } from "./instructions.ts";
import {
  afterAnswer,
  afterCall,
  afterRejection,
  isRepeating,
  type LoopState,
  loopLimits,
  mayAsk,
  mustVerifyFirst,
  newLoop,
  reasonToGiveUp,
} from "./loop-policy.ts";
import { patientModel } from "./patient-model.ts";
import { type CheckedCall, checkCall, type ToolInput, toolOffers } from "./tool-inputs.ts";
import type { ToolOutcome } from "./tool-outcome.ts";
import { changesFiles, doTool, progressOf, type WorkCall } from "./work-tools.ts";

export interface EngineerOptions {
  readonly model: ChatModel;
  readonly sandbox: Sandbox;
  /** By which commands of agents that may reach hosts outside reach them. */
  readonly connect: NetworkAccess["connect"];
  /** Of each command it runs. */
  readonly limits: Partial<Limits>;
  /** Between attempts when the model's server is away. */
  readonly pausesMs?: readonly number[];
}

const maxOutputTokens = 8_000;
const pausesMsUnlessSaid = [15_000, 60_000, 180_000];
const customerTextMax = 100_000;
const errorLengthMax = 300;

/** Does software tasks: clarifies, plans, works in a workspace, runs what it wrote, hands in, revises. See docs/engineer.md. */
export function openEngineer(options: EngineerOptions): Executor {
  return (session) => new Engineering(options, session).work();
}

/** One run, from its beginning; what was done before a restart is answered from the stored steps. */
class Engineering {
  readonly #options: EngineerOptions;
  readonly #session: RunSession;
  readonly #model: ChatModel;
  readonly #conversation = new Conversation();
  #loop: LoopState = newLoop;
  #answers = 0;

  constructor(options: EngineerOptions, session: RunSession) {
    this.#options = options;
    this.#session = session;
    this.#model = patientModel(options.model, options.pausesMs ?? pausesMsUnlessSaid);
  }

  async work(): Promise<void> {
    await this.#session.progress("Analyzing requirements...");
    this.#conversation.tell(firstMessage(this.#session.brief));
    for (;;) {
      const answer = await this.#ask();
      const checked = answer.toolCalls.map((call) => ({ call, checked: checkCall(call) }));
      const malformedCalls = checked.filter((each) => "fault" in each.checked).length;
      this.#loop = afterAnswer(this.#loop, { end: answer.end, calls: checked.length, malformedCalls });
      this.#giveUpIfHopeless();
      this.#conversation.answered(answer);
      if (answer.toolCalls.length === 0)
        this.#conversation.tell(answer.end === "length" ? messages.cutOff : messages.noTool);
      else if (answer.end === "length")
        this.#conversation.results(answer.toolCalls.map((call) => failure(call, messages.cutOff)));
      else if (await this.#act(checked)) return;
    }
  }

  #ask() {
    this.#answers++;
    return hearModel(this.#session, this.#model, this.#answers, () => ({
      instructions: engineerInstructions(this.#session.brief),
      messages: this.#conversation.messages(),
      tools: toolOffers,
      maxOutputTokens,
    }));
  }

  /** Does what the model wants, call by call. True once the task is over. */
  async #act(
    calls: readonly { readonly call: ToolCall; readonly checked: CheckedCall | { fault: string } }[],
  ): Promise<boolean> {
    const results: ToolResult[] = [];
    let handedIn = false;
    for (const [index, { call, checked }] of calls.entries()) {
      if (handedIn || index >= loopLimits.callsPerAnswer) {
        results.push(failure(call, handedIn ? messages.afterFinish : messages.tooManyCalls));
        continue;
      }
      if ("fault" in checked) {
        results.push(failure(call, checked.fault));
        continue;
      }
      const outcome = checked.tool === "finish" ? await this.#finish(checked.input) : await this.#do(checked);
      if (outcome === "over") return true;
      handedIn = outcome.handedIn === true;
      this.#loop = afterCall(this.#loop, JSON.stringify([checked, outcome.text]));
      this.#giveUpIfHopeless();
      const text = isRepeating(this.#loop) ? `${outcome.text}\n\n${messages.repeated}` : outcome.text;
      results.push({ callId: call.callId, tool: call.tool, text, failed: outcome.failed });
    }
    this.#conversation.results(results);
    return false;
  }

  #do(call: Exclude<CheckedCall, { tool: "finish" }>): Promise<ToolOutcome & { readonly handedIn?: true }> {
    if (call.tool === "plan") return this.#plan(call.input);
    if (call.tool === "ask_customer") return this.#askCustomer(call.input);
    return this.#use(call);
  }

  async #plan({ steps }: ToolInput<"plan">): Promise<ToolOutcome> {
    const lines = steps.map((step, index) => `${index + 1}. ${oneLine(step, 500)}`);
    await this.#session.progress(`Plan:\n${lines.join("\n")}`);
    return { text: "The customer sees your plan. Go on.", failed: false };
  }

  async #askCustomer({ questions = [], message = "" }: ToolInput<"ask_customer">): Promise<ToolOutcome> {
    if (!mayAsk(this.#loop)) return { text: messages.askedEnough, failed: true };
    this.#loop = { ...this.#loop, questions: this.#loop.questions + 1 };
    const items = questions.map(({ type, question, options = null }) => ({
      type,
      question,
      options: type === "text" ? null : options,
    }));
    const answer = await this.#session.ask(items.length > 0 ? { items } : { text: message });
    return { text: `The customer answered:\n${this.#asData(answer)}`, failed: false };
  }

  /** One effect in the workspace, which is kept as it is afterwards. */
  async #use(call: WorkCall): Promise<ToolOutcome> {
    const { sandbox, connect, limits } = this.#options;
    const { brief } = this.#session;
    const { network: allow = [] } = brief.agent.settings;
    const network = allow.length === 0 ? undefined : { allow, connect };
    const folder = await this.#session.workspace();
    const outcome = await this.#session.step<ToolOutcome>(
      { kind: "tool", name: call.tool, input: call.input },
      async (signal) => {
        const output = await doTool(call, { runId: brief.runId, folder, sandbox, network, limits, signal });
        return { output, ...errorOf(output), changesWorkspace: changesFiles(call, output) };
      },
    );
    if (call.tool === "run_command" && !outcome.failed) this.#loop = { ...this.#loop, unverified: false };
    if (call.tool !== "run_command" && changesFiles(call, outcome)) this.#loop = { ...this.#loop, unverified: true };
    const line = progressOf(call, outcome);
    if (line !== null) await this.#session.progress(line);
    return outcome;
  }

  async #finish(input: ToolInput<"finish">): Promise<(ToolOutcome & { readonly handedIn?: true }) | "over"> {
    if (mustVerifyFirst(this.#loop)) {
      this.#loop = { ...this.#loop, toldToVerify: true };
      return { text: messages.verifyFirst, failed: true };
    }
    const { runId } = this.#session.brief;
    const folder = await this.#session.workspace();
    const check = await this.#session.step<ToolOutcome>({ kind: "tool", name: "finish", input }, async () => {
      const output = await checkDelivery(runId, folder, input.files);
      return { output, ...errorOf(output) };
    });
    if (check.failed) return check;
    const files = await filesToDeliver(folder, input.files);
    const verdict = await this.#session.deliver({ text: input.summary, files });
    if (verdict.verdict !== "revision") return "over";
    this.#loop = afterRejection(this.#loop);
    await this.#session.progress("Revising the solution...");
    const reason = verdict.reason === null ? "They gave no reason." : `Their reason:\n${this.#asData(verdict.reason)}`;
    return { text: `The customer rejected this solution. ${reason}\nRevise it.`, failed: false, handedIn: true };
  }

  #giveUpIfHopeless(): void {
    const reason = reasonToGiveUp(this.#loop);
    if (reason !== null) throw new RunFailed(reason);
  }

  #asData(text: string): string {
    return strangerText(this.#session.brief.runId, text, customerTextMax);
  }
}

function failure({ callId, tool }: ToolCall, text: string): ToolResult {
  return { callId, tool, text, failed: true };
}

/** A line for those who look at the run. */
function errorOf({ text, failed }: ToolOutcome): { error?: string } {
  return failed ? { error: oneLine(text, errorLengthMax) } : {};
}
