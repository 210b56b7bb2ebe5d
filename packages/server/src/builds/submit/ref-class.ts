import type { BuildInput, RequestedBuild } from './build-input.ts'

/**
 * How the server knows what ref a build is of. `fetched`: it has fetched files and steps from there itself. `upload`: somebody has brought files, steps or
 * variables, or named a commit, and the branch is what the request says.
 */
export type RefClass = 'fetched' | 'upload'

/**
 * The class of a build that somebody asks for. Variables count, because some of them are commands to what a step runs (`NODE_OPTIONS`), and a commit does,
 * because it may be of another branch.
 */
export function refClassOf({ input: wish }: RequestedBuild, { source }: Pick<BuildInput, 'source'>): RefClass {
  const isOfHead = source?.kind === 'git' && wish.commit === headCommit
  return isOfHead && wish.ir === null && Object.keys(wish.env).length === 0 ? 'fetched' : 'upload'
}

/** Stands for the newest commit of the branch. */
export const headCommit = 'HEAD'
