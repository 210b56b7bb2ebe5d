/** A function that is evaluated once per render, and whose result all callers share. */
export declare function target<T>(name: string, fn: () => T): () => T;
/** Forgets what every target gave, in all copies of the SDK: the next call evaluates it anew. */
export declare function clearTargetCache(): void;
