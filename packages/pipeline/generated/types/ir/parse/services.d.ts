import type { PlannedService } from '../plan.js';
import { type Reader } from './read.js';
/** A service as a step declares it. `from` is a key until the graph is checked. */
export interface ServiceDraft extends Omit<PlannedService, 'from'> {
    readonly from: string | null;
    /** JSON pointer of the service. */
    readonly at: string;
}
/** Reads a step's `services` and drops those without a usable name or image. */
export declare function readServices(reader: Reader, value: unknown, at: string): readonly ServiceDraft[];
