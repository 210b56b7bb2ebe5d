import type { BuildConcurrency } from '../plan.js';
import { type Names } from './env.js';
import type { Reader } from './read.js';
import type { StepDraft } from './step.js';
/** A document of either form, read but not yet checked as a graph. */
export interface Draft {
    readonly timeoutSeconds: number | null;
    readonly defaultImage: string | undefined;
    readonly concurrency: BuildConcurrency | undefined;
    /** JSON pointer of the list of steps, for messages about a document without steps. */
    readonly stepsAt: string;
    readonly steps: readonly StepDraft[];
    readonly edges: readonly Edge[];
    /** Edges to steps of other documents, in documents that a generator appends. */
    readonly outerEdges?: readonly OuterEdge[];
}
/** An edge whose prerequisite is in another document or already in the build. */
export interface OuterEdge extends Omit<Edge, 'from'> {
    readonly key: string;
}
/** Finds steps by their keys. */
export type StepNames = Pick<ReadonlyMap<string, number>, 'get'>;
/** An edge from prerequisite to dependent, as indexes into the steps. */
export interface Edge {
    readonly from: number;
    readonly to: number;
    readonly buildsIn: boolean;
    /**
     * JSON pointer of the edge's origin. A function, because a document has up to 200,000 edges and
     * at most one pointer is shown.
     */
    readonly at: () => string;
}
export declare const MAX_STEPS = 10000;
export declare const MAX_EDGES = 200000;
export declare function checkNode(reader: Reader, at: string, env: Names, secrets: Names): void;
