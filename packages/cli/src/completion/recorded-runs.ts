import { localHome } from '../records/home.ts'
import { endOf } from '../records/run-record.ts'
import { readRecords } from '../records/run-records.ts'
import type { CompletionSource } from './dynamic.ts'

/** Numbers of this project's runs on this machine, the newest first. */
export const complete: CompletionSource = async ({ directory, cacheDirectory }) =>
  readRecords(localHome(cacheDirectory).runs, directory).map(({ number, slug, events }) => ({
    value: String(number),
    about: `${slug} ${endOf(events)?.state ?? 'running'}, on this machine`,
  }))
