/** Owns how Swift names a request, and makes Swift's operations from their literals. */
import { type AnyOperation, operationsFor } from '../operation.ts';
import type { Scope } from './target.ts';
import type { SwiftView } from './view.ts';

/** What the path names and the method; or a fixed path outside `/v1`. `header`, `query`: only requests that carry it (and say `value`). */
export type SwiftRoute =
  | {
      readonly scope: Scope;
      readonly method: string;
      readonly header?: string;
      readonly query?: string;
      /** In lower case. */
      readonly value?: string;
    }
  | { readonly path: string; readonly method: string };

export type SwiftOperation = AnyOperation<SwiftView, SwiftRoute>;

export const swiftOperation = operationsFor<SwiftView, SwiftRoute>();
