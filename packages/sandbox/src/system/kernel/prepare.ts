import { closeSync } from 'node:fs'
import type { PrepareJob } from './jobs.ts'
import { connectUplink, openLinks } from './links.ts'
import { showNamespace } from './mounting.ts'
import { inNamespacesOf } from './namespaces.ts'
import { makeUserNamespace } from './user-namespace.ts'

/** Sets up the namespaces of a process that will become a sandbox. */
export function prepare({ process, users, links }: PrepareJob): void {
  const namespace = makeUserNamespace(users.idMap, users.owner)
  try {
    inNamespacesOf(process, (home) => {
      showNamespace(namespace, users.place)
      if (links !== undefined) openLinks(links.uplink, home)
    })
    if (links?.uplink !== undefined) connectUplink(links.uplink)
  } finally {
    closeSync(namespace)
  }
}
