import { createMemoryStore } from '@harmont/engine'
import { portSuite } from './port-suite.ts'
import { localPort, remotePort, type StoreUnderTest } from './port-under-test.test-support.ts'

function memory(): StoreUnderTest {
  const store = createMemoryStore()
  return {
    store,
    submit: async (created, context) => store.builds.submit(created, context),
    close: () => store.close(),
  }
}

portSuite('the local port of a store in memory', async () => localPort(memory()))
portSuite('the remote port of a store in memory', async () => remotePort(memory()))
