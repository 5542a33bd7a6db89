/** Messages between an engine and a process that holds models. */
import type { Tensor } from '../engine.ts';
import type { FailedProvider, Provider, SessionSettings } from '../execution-providers.ts';
import type { ModelManifest } from '../model-manifest.ts';

export interface LoadCommand {
  readonly type: 'load';
  readonly id: number;
  readonly manifest: ModelManifest;
  /** Path of the graph, and the digest that it must have. */
  readonly file: string;
  readonly digest: string;
  readonly providers: readonly Provider[];
  readonly settings: SessionSettings;
}

export interface RunCommand {
  readonly type: 'run';
  readonly id: number;
  readonly model: string;
  readonly inputs: readonly Tensor[];
  readonly outputs: readonly string[];
}

export type ProcessCommand = LoadCommand | RunCommand;

export type ProcessReply =
  | {
      readonly type: 'loaded';
      readonly id: number;
      readonly provider: Provider;
      readonly failed: readonly FailedProvider[];
    }
  /** `refused`: the file or the graph is not what the manifest says; otherwise no provider loads it here and now. */
  | { readonly type: 'not-loaded'; readonly id: number; readonly refused: boolean; readonly reason: string }
  | { readonly type: 'answer'; readonly id: number; readonly outputs: readonly Tensor[]; readonly milliseconds: number }
  | { readonly type: 'failure'; readonly id: number; readonly reason: string };
