import type { IrResources } from '../ir/index.js';
/** Caps on a step; by default 2 CPUs, 4 GB of memory and 20 GB of disk. */
export interface ResourceOptions {
    readonly cpu?: number;
    readonly memoryGb?: number;
    readonly diskGb?: number;
}
export declare function resourcesOf(where: string, value: unknown): IrResources;
