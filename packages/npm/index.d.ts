import { ChildProcess } from "node:child_process";

export interface Emulator {
  /** The process. */
  readonly child: ChildProcess;
  /** The URLs of the services. */
  readonly urls: { blob: string; file: string; table: string; control: string; [name: string]: string };
  /** For `fromConnectionString` of Azure's clients. */
  readonly connectionString: string;
  /** Removes all data and ends all faults. */
  reset(): Promise<void>;
  /** A request to the control endpoint (`azring-emulator --help control`). */
  control(method: string, resource: string, body?: string): Promise<string>;
  /** Ends it. */
  stop(): Promise<void>;
}

/** Starts an emulator on free ports of this machine. `options` are those of `azring-emulator --help`. */
export function start(options?: string[]): Promise<Emulator>;
/** The path of the program. */
export const program: string;
/** The account, and its key, which everybody knows. */
export const account: string;
export const key: string;
