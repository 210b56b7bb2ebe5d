import type { components } from '@harmont/contract'
import type { Complete } from '../../../platform/http/index.ts'

type Schemas = components['schemas']

type WholeBuildData = Complete<Schemas['EventOfBuild']>
/** `view` is there for a build that is a topic of its own. */
type BuildData = Omit<WholeBuildData, 'view'> & { readonly view?: WholeBuildData['view'] }

/** An event with the data that the contract promises for it. */
export type TopicEvent =
  | { readonly event: 'build'; readonly data: BuildData }
  | { readonly event: 'job'; readonly data: Complete<Schemas['EventOfJob']> }
  | { readonly event: 'log'; readonly data: Complete<Schemas['EventOfLog']> }
  | { readonly event: 'end'; readonly data: Complete<Schemas['EventOfEnd']> }
  | { readonly event: 'resync'; readonly data: Complete<Schemas['EventOfResync']> }
  | { readonly event: 'beat'; readonly data: Complete<Schemas['EventOfBeat']> }

/** Events that go out together. Who has read them all is at `place`; null: nobody is further than before. */
export interface TopicNews {
  readonly events: readonly TopicEvent[]
  readonly place: readonly [name: string, place: string] | null
}
