import type { Clock } from "../../core/clock.ts";
import type { Crypto } from "../../core/crypto-port.ts";
import { AppError, defectText } from "../../core/errors.ts";
import type { Log } from "../../core/log.ts";
import type { AuthenticationResult, Identity, PasswordProof } from "../../identity/authenticator.ts";
import { readEnvelope, type SoapRequest, writeEnvelope } from "../../soap/envelope.ts";
import { faultBody, notAuthorized, notOffered, SoapFault } from "../../soap/fault.ts";
import { expandedName, NAMESPACES, type QualifiedName } from "../../soap/namespaces.ts";
import { provesPassword } from "../../soap/username-token.ts";
import { xml } from "../../soap/xml-writer.ts";
import { faultOf } from "./errors.ts";
import { type OnvifCaller, type OnvifService, type Operation, permissionOf } from "./operation.ts";
import { UsedTokens } from "./used-tokens.ts";

/** A message as it came over HTTP. */
export interface OnvifMessage
  extends Pick<OnvifCaller, "origin" | "host" | "address" | "isSecure" | "target" | "signal"> {
  readonly text: string;
  readonly login: {
    byHeader(): Promise<AuthenticationResult>;
    byProof(proof: Omit<PasswordProof, "address">): AuthenticationResult;
  };
}

/** What goes back. */
export interface OnvifAnswer {
  readonly status: number;
  readonly xml: string;
  /** There is to be a challenge to log in with it. */
  readonly challenge?: "fresh" | "stale" | undefined;
}

/** Every ONVIF service behind one table of operations. */
export interface Onvif {
  answer(message: OnvifMessage): Promise<OnvifAnswer>;
  /** The answer to a message that was refused before it was read. */
  refuse(error: unknown): OnvifAnswer;
}

/** What it is built over. */
export interface OnvifParts {
  readonly clock: Clock;
  readonly crypto: Crypto;
  readonly log: Log;
  readonly services: readonly OnvifService[];
  /** Whether plain HTTP takes no secrets; asked at every request, because it may change. */
  readonly requiresTls: () => boolean;
}

/** A refusal that shows the way to log in. */
class LoginNeeded extends Error {
  readonly challenge: "fresh" | "stale";

  constructor(challenge: "fresh" | "stale") {
    super("login needed");
    this.challenge = challenge;
  }
}

interface Named {
  readonly name: QualifiedName;
  readonly operation: Operation;
}

/** Builds the one table and the way of every message: read, find, let in, answer. */
export function createOnvif({ clock, crypto, log, services, requiresTls }: OnvifParts): Onvif {
  const table = tableOf(services);
  const usedTokens = new UsedTokens(clock);

  async function identify({ usernameToken: token }: SoapRequest, { login }: OnvifMessage): Promise<Identity> {
    if (token === "unreadable") throw new LoginNeeded("fresh");
    const result =
      token === undefined
        ? await login.byHeader()
        : login.byProof({
            user: token.user,
            proves: (password) => provesPassword(token, password, crypto),
            isFresh: () => usedTokens.take(token),
          });
    if (result.outcome === "identified" && result.identity.user !== undefined) return result.identity;
    throw new LoginNeeded(result.outcome === "rejected" && result.stale ? "stale" : "fresh");
  }

  async function letIn(found: Named | undefined, request: SoapRequest, message: OnvifMessage): Promise<Identity> {
    const permission = found && permissionOf(found.name, found.operation);
    if (found !== undefined && permission === undefined) return { user: undefined, permissions: new Set() };
    const identity = await identify(request, message);
    if (permission !== undefined && !identity.permissions.has(permission)) throw new AppError("forbidden", permission);
    return identity;
  }

  async function perform(request: SoapRequest, message: OnvifMessage): Promise<string> {
    const { namespace, name } = request.operation;
    const found = table.get(`{${namespace}}${name}`);
    const identity = await letIn(found, request, message);
    if (found === undefined) throw unknownOperation(namespace);
    if (found.operation.carriesSecrets && !message.isSecure && requiresTls())
      throw new AppError("forbidden", "Passwords travel over TLS only");
    const { origin, host, address, isSecure, target, signal } = message;
    const caller = { identity, origin, host, address, isSecure, target, signal, addressing: request.addressing };
    const content = await found.operation.answer(request.operation, caller);
    return writeEnvelope(xml(found.operation.response ?? `${found.name}Response`, content), replyTo(request));
  }

  return {
    refuse: (error) => refusal(error),
    async answer(message) {
      let request: SoapRequest | undefined;
      try {
        // clients that wait for a challenge first send nothing
        if (message.text === "") throw new LoginNeeded("fresh");
        request = readEnvelope(message.text);
        return { status: 200, xml: await perform(request, message) };
      } catch (error) {
        if (!isExpected(error)) log.error("an operation failed by our fault", { error: defectText(error) });
        return refusal(error, request);
      }
    },
  };
}

function isExpected(error: unknown): boolean {
  return error instanceof SoapFault || error instanceof LoginNeeded || error instanceof AppError;
}

/** An error as an answer; `request` undefined: it could not be read. */
function refusal(error: unknown, request?: SoapRequest): OnvifAnswer {
  const challenge = challengeOf(error);
  const fault = challenge === undefined ? faultOf(error) : notAuthorized();
  const addressing =
    request?.addressing.action === undefined ? undefined : { ...replyTo(request), action: fault.action };
  return { status: statusOf(error, fault, challenge), xml: writeEnvelope(faultBody(fault), addressing), challenge };
}

function challengeOf(error: unknown): OnvifAnswer["challenge"] {
  if (error instanceof LoginNeeded) return error.challenge;
  const isRefusedLogin = error instanceof SoapFault && error.subcodes[0] === "ter:NotAuthorized";
  return isRefusedLogin || (error instanceof AppError && error.kind === "unauthenticated") ? "fresh" : undefined;
}

function statusOf(error: unknown, { code }: SoapFault, challenge: OnvifAnswer["challenge"]): number {
  if (challenge !== undefined) return 401;
  if (error instanceof AppError) {
    if (error.kind === "forbidden") return 403;
    if (error.kind === "rate-limited") return 429;
    if (error.kind === "too-large") return 413;
    if (error.kind === "misdirected") return 421;
  }
  return code === "Receiver" ? 500 : 400;
}

function unknownOperation(namespace: string): SoapFault {
  const isKnown = Object.values<string>(NAMESPACES).includes(namespace);
  return isKnown ? notOffered() : new SoapFault("Sender", ["ter:Namespace"], "Namespace error");
}

/** The Action of an answer is its request's with Response in place of Request (ONVIF's and OASIS's WSDLs). */
function replyTo({ addressing: { action, messageId } }: SoapRequest) {
  if (action === undefined) return undefined;
  return { action: `${action.replace(/Request$/, "")}Response`, relatesTo: messageId };
}

function tableOf(services: readonly OnvifService[]): ReadonlyMap<string, Named> {
  const entries = services.flatMap(({ operations }) => Object.entries(operations) as [QualifiedName, Operation][]);
  return new Map(
    entries.map(([name, operation]) => {
      const { namespace, local } = expandedName(name);
      return [`{${namespace}}${local}`, { name, operation }];
    }),
  );
}
