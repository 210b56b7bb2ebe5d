import type { IrResources } from '../ir/index.js';
/** The limits of a step; by default 2 CPUs, 4 GB of memory and 20 GB of disk. */
export interface ResourceOptions {
    readonly cpu?: number;
    readonly memoryGb?: number;
    readonly diskGb?: number;
}
export declare function resourcesOf(where: string, value: unknown): IrResources;
