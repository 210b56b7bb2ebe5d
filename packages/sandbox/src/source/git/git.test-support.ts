/** Test support: a git server on loopback, and a store into which its commits are checked out. */
import { createHash } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { type GitServer, gitRepository, startGitServer } from '@harmont/outside/git-server'
import { afterAll, beforeAll } from 'vitest'
import { type Checkout, type CheckoutRequest, checkoutCommit } from './checkout-commit.ts'

export const token = 'ghs_0123456789'

export type TestRepository = ReturnType<typeof gitRepository> & {
  readonly name: string
  request(commit: string, more?: Partial<CheckoutRequest>): CheckoutRequest
  checkout(commit: string, more?: Partial<CheckoutRequest>): Promise<Checkout>
  /** Path of the repository's mirror. */
  readonly mirror: string
}

export interface GitBench {
  readonly folder: string
  readonly store: string
  readonly server: GitServer
  newRepository(): TestRepository
}

/** Call it at the top of a test file: the server runs while the file's tests run. */
export function gitBench(): GitBench {
  let folder = ''
  let server: GitServer
  let repositories = 0
  beforeAll(async () => {
    folder = await mkdtemp('/var/tmp/harmont-git-')
    server = await startGitServer(join(folder, 'served'), token)
  })
  afterAll(async () => {
    await server.stop()
    await rm(folder, { recursive: true })
  })
  return {
    get folder() {
      return folder
    },
    get store() {
      return join(folder, 'store')
    },
    get server() {
      return server
    },
    newRepository() {
      repositories += 1
      const name = `acme/r${repositories}`
      const repository = gitRepository(server, name)
      const directory = join(folder, 'store')
      const request = (commit: string, more: Partial<CheckoutRequest> = {}): CheckoutRequest => ({
        directory,
        repository: name,
        url: repository.url,
        commit,
        refs: ['refs/heads/main'],
        authorization: `Bearer ${token}`,
        ...more,
      })
      const id = createHash('sha256').update(name).digest('hex').slice(0, 32)
      return {
        ...repository,
        name,
        request,
        checkout: (commit, more) => checkoutCommit(request(commit, more)),
        mirror: join(directory, 'mirrors', id, 'repository.git'),
      }
    },
  }
}
