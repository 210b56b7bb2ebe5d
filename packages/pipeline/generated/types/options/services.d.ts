import type { IrService } from '../ir/index.js';
import { type Duration } from '../duration.js';
import { type EnvOptions } from './env.js';
/** A sidecar that the command reaches by its name while it runs. */
export interface ServiceOptions {
    readonly name: string;
    readonly image: string;
    readonly env?: EnvOptions;
    /** The command starts when this port answers. */
    readonly ready?: {
        readonly port: number;
        readonly timeout?: Duration;
    };
}
export declare function servicesOf(where: string, value: unknown): readonly IrService[];
