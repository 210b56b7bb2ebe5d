import type { Leaves, Step, Wait } from './step.js';
type CellValue = string | number | boolean;
type Axes = Readonly<Record<string, readonly CellValue[]>>;
/** A cell: one value of each axis, and `name("test")` for a name that is unique per cell. */
export type Cell<A extends Axes> = {
    readonly [Axis in keyof A]: A[Axis][number];
} & {
    name(text: string): string;
};
type PartialCell<A extends Axes> = {
    readonly [Axis in keyof A]?: A[Axis][number];
};
export interface MatrixOptions<A extends Axes> {
    /** Keeps only the cells that match all values of one of these entries. */
    readonly include?: readonly PartialCell<A>[];
    /** Drops the cells that match all values of one of these entries. */
    readonly exclude?: readonly PartialCell<A>[];
}
/** Returns the cells of the given axes; the first axis varies slowest. */
export declare function matrix<const A extends Axes>(axes: A): readonly Cell<A>[];
/**
 * Returns the results of `fn` for each cell as a flat list of leaves. Labels of steps made by `fn`
 * include the cell.
 */
export declare function matrix<const A extends Axes>(axes: A, fn: (cell: Cell<A>) => Leaves, options?: MatrixOptions<A>): readonly (Step | Wait)[];
/** Returns the cells of the given axes, filtered by `include` and `exclude`. */
export declare function matrix<const A extends Axes>(axes: A, fn: undefined, options?: MatrixOptions<A>): readonly Cell<A>[];
export {};
