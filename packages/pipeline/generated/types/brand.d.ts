export declare const BRAND: unique symbol;
/** Facts of a branded step: its parent and its command. */
interface Branded {
    readonly parent: Branded | null;
    readonly command: string | undefined;
}
/** Whether a value is a step, of this or of another copy of the SDK. */
export declare function hasStepBrand(value: unknown): value is Branded;
export declare function hasWaitBrand(value: unknown): boolean;
/** Returns the nearest step with a command, beginning with the step itself. */
export declare function nearestCommand<S extends {
    readonly parent: S | null;
    readonly command: string | undefined;
}>(step: S | null): S | null;
export {};
