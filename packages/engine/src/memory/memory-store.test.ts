import { storeSuite } from '../store-suite.ts'
import { MemoryStore } from './memory-store.ts'

storeSuite('memory store', async () => {
  const store = new MemoryStore()
  return {
    store,
    other: store,
    submit: async (created, context) => store.submit(created, context),
    close: () => store.close(),
  }
})
