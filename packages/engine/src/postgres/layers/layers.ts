/** Stores snapshots for runners that did not make them, in PostgreSQL. */
import type pg from 'pg'
import type { Instant } from '../../core/model.ts'
import { type CrowdedFiles, chooseAhead, crowdedMs } from '../../core/placement/export-ahead.ts'
import type { Taker } from '../../core/placement/placement.ts'
import { defaultPool } from '../../core/placement/reach.ts'
import { type LayerForm, NotWanted, type TravellingLayer, type WantedSnapshot } from '../../layers/layer.ts'
import {
  type AskedSnapshot,
  homeMs,
  type LayerHolders,
  type LayerPlace,
  type LayerStore,
  type StoredSnapshot,
} from '../../store.ts'
import type { Company } from '../runners.ts'
import { transaction } from '../transaction.ts'
import { storable, storableJson, time } from '../values.ts'
import { OncePerTurn } from '../waiting/once-per-turn.ts'
import { reachValues } from '../waiting/reach-text.ts'
import { opensAfter } from './opens-after.ts'
import { crowdedText, wantOfDrainingText, wantText } from './want-text.ts'

/** Files are requested only from a runner that has renewed within this time. */
const awakeMs = 15_000
/** Maximum number of holders per answer; a later answer names others in place of failed ones. */
const mostHolders = 8
/** Fetches of fewer bytes say nothing about the transfer rate. */
const smallFetch = 1_000_000

// SQL that tells whether all layers of the snapshot are stored in accepted forms, in the order of
// the snapshot.
const storedText = `with whole as (
    select l.description ->> 'imageDigest' as image, (select sum(x.bytes) from (
        select distinct on (b.id) b.bytes from engine.layers b where b.id = any(l.layers) and ($2 = 'erofs' or b.form = 'tar') order by b.id, b.form) x) as sum
    from engine.layers l where l.id = $1 and ($2 = 'erofs' or l.form = 'tar')
      and not exists (select from unnest(l.layers) below where not exists (
        select from engine.layers b where b.id = below and ($2 = 'erofs' or b.form = 'tar'))) limit 1)
  update engine.exports e set stored_at = now(), bytes = whole.sum,
    host = (select x.host from engine.runners x where x.id = e.runner and x.host = whole.image) from whole
  where e.snapshot = $1 and e.form = $2 and e.stored_at is null and e.refused is null returning e.build_id`

interface CrowdedRow extends CrowdedFiles {
  readonly queue: string
  readonly pool: string
  readonly buildId: string
  readonly jobId: string
  /** Number of files that the runner is still sending. */
  readonly sending: number
}

interface PostgresLayersOptions {
  readonly pool: pg.Pool
  readonly company: Company
  readonly tellReady: () => void
  readonly tellWanted: (runner: string) => void
}

export class PostgresLayers implements LayerStore {
  readonly #options: PostgresLayersOptions
  readonly #pool: pg.Pool
  readonly #wanting = new OncePerTurn<void>()

  constructor(options: PostgresLayersOptions) {
    this.#options = options
    this.#pool = options.pool
  }

  async want(taker: Taker, now: Instant): Promise<void> {
    const { forms } = taker.traffic
    if (forms.length === 0 || !this.#options.company.hasOthers) return
    const form: LayerForm = forms.includes('erofs') ? 'erofs' : 'tar'
    // One caller represents all runners that ask at the same moment and may take the same jobs,
    // because they lack the same files.
    await this.#wanting.ask(JSON.stringify([taker.reach, taker.traffic]), () =>
      this.#ask('engine-want-layers', wantText, [
        ...[time(now), time(now - homeMs), time(now - awakeMs), form],
        ...reachValues(taker),
      ]),
    )
  }

  async wantOfDraining(now: Instant): Promise<void> {
    await this.#ask('engine-want-of-draining', wantOfDrainingText, [time(now), time(now - awakeMs)])
  }

  async wantAhead(now: Instant): Promise<void> {
    const { rows } = await this.#pool.query<CrowdedRow>({
      name: 'engine-crowded-files',
      text: crowdedText,
      values: [time(now - crowdedMs), time(now - awakeMs)],
    })
    const chosen = chooseAhead(rows, new Map(rows.map(({ runner, sending }) => [runner, sending])))
    if (chosen.length === 0) return
    await this.#ask(
      'engine-want-ahead',
      `insert into engine.exports (snapshot, form, queue, pool, runner, build_id, job_id, asked_at, ahead)
        select c.snapshot, 'erofs', c.queue, c.pool, c.runner, c."buildId", c."jobId", $1, true
        from json_to_recordset($2) c(snapshot text, queue text, pool text, runner text, "buildId" uuid, "jobId" uuid)
        join engine.builds b on b.id = c."buildId"
        on conflict (snapshot, form) do nothing returning runner`,
      [time(now), JSON.stringify(chosen)],
    )
  }

  async wantedOf(runner: string): Promise<readonly WantedSnapshot[]> {
    const { rows } = await this.#pool.query<WantedSnapshot>({
      name: 'engine-wanted-of',
      text: `select snapshot, form, ahead from engine.exports where runner = $1 and stored_at is null and refused is null
        order by ahead, asked_at, snapshot limit 100`,
      values: [runner],
    })
    return rows.map(({ ahead = false, ...wanted }) => (ahead ? { ...wanted, ahead } : wanted))
  }

  async asked(runner: string, { snapshot, form }: WantedSnapshot): Promise<AskedSnapshot | null> {
    const { rows } = await this.#pool.query<AskedSnapshot>({
      name: 'engine-asked-snapshot',
      text: `select queue, pool, build_id as "buildId", job_id as "jobId" from engine.exports
        where snapshot = $1 and form = $2 and runner = $3 and refused is null`,
      values: [snapshot, form, runner],
    })
    return rows[0] ?? null
  }

  async lacking(wanted: WantedSnapshot, place: LayerPlace, ids: readonly string[]): Promise<readonly string[]> {
    const { rows } = await this.#pool.query<LayerPlace & { id: string; form: LayerForm }>({
      name: 'engine-known-layers',
      text: 'select id, form, queue, pool from engine.layers where id = any($1)',
      values: [ids],
    })
    requirePlace(place, rows)
    const known = new Set(rows.flatMap(({ id, form }) => (wanted.form === 'erofs' || form === 'tar' ? id : [])))
    const lacking = ids.filter((id) => !known.has(id))
    if (lacking.length === 0) await this.#changeAndOpen(wanted, async () => {})
    return lacking
  }

  async keep(
    wanted: WantedSnapshot,
    place: LayerPlace,
    layer: TravellingLayer,
    { giver, taint }: { readonly giver: string; readonly taint: readonly string[] },
  ): Promise<void> {
    await this.#changeAndOpen(wanted, async (client) => {
      const { rows } = await client.query<LayerPlace>({
        name: 'engine-keep-layer',
        // The first description stays, because runners may be fetching by it.
        text: `insert into engine.layers (id, form, queue, pool, digest, source_digest, bytes, layers, description, taint, giver)
          values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
          on conflict (id, form) do update set taint = array(select distinct unnest(engine.layers.taint || excluded.taint)),
            giver = coalesce(engine.layers.giver, excluded.giver)
          returning queue, pool`,
        values: [
          ...[layer.id, layer.blob.form, place.queue, place.pool, layer.blob.digest, layer.source?.digest ?? null],
          ...[layer.blob.blobBytes, layer.layers, storableJson(layer), taint.map(storable), giver],
        ],
      })
      requirePlace(place, rows)
    })
  }

  async refuse(snapshot: string, reason: string): Promise<void> {
    await this.#pool.query({
      name: 'engine-refuse-export',
      text: 'update engine.exports set refused = $2, stored_at = null where snapshot = $1 and refused is null',
      values: [snapshot, storable(reason)],
    })
  }

  async find(
    { queue, pool }: LayerPlace,
    snapshot: string,
    forms: readonly LayerForm[],
  ): Promise<StoredSnapshot | null> {
    const { rows } = await this.#pool.query<{ description: TravellingLayer; taint: readonly string[] }>({
      name: 'engine-find-layers',
      text: `with top as (
          select l.layers from engine.layers l join engine.exports e on e.snapshot = l.id
          where l.id = $1 and l.queue = $2 and l.pool = $3 and l.form = any($4) and e.form = any($4) and e.stored_at is not null limit 1)
        select * from (
          select distinct on (b.id) b.description, b.taint, array_position(top.layers, b.id) as place
          from top join engine.layers b on b.id = any(top.layers) and b.queue = $2 and b.pool = $3 and b.form = any($4)
          order by b.id, array_position($4::text[], b.form)) found order by place desc`,
      values: [snapshot, queue, pool, forms],
    })
    const layers = rows.map(({ description }) => description)
    // A layer may just have been removed.
    if (layers.length === 0 || layers.length !== layers.at(-1)?.layers.length) return null
    return { layers, taint: [...new Set(rows.flatMap(({ taint }) => taint))] }
  }

  async placed(runner: string, snapshot: string, ms: number): Promise<void> {
    await this.#pool.query({
      name: 'engine-placed-layers',
      text: `with fetched as (
          update engine.runners r set rate = coalesce(0.7 * r.rate, 0) + case when r.rate is null then 1 else 0.3 end * e.bytes * 1000.0 / $3
          from (select max(bytes) as bytes from engine.exports where snapshot = $2) e
          where r.id = $1 and e.bytes > ${smallFetch})
        insert into engine.layer_places (snapshot, runner)
          select distinct unnest(layers), $1 from engine.layers where id = $2
        on conflict (snapshot, runner) do update set placed_at = now()`,
      values: [runner, snapshot, Math.max(1, Math.round(ms))],
    })
  }

  async holders(taker: string, pool: string, layer: string, now: Instant): Promise<LayerHolders | null> {
    const { rows } = await this.#pool.query<LayerHolders>({
      name: 'engine-layer-holders',
      text: `select t.peer_certificate as taker, array(
          select json_build_object('runner', x.id, 'address', x.peer_address, 'certificate', x.peer_certificate)
          from engine.runners x where x.id <> t.id and x.peer_address is not null and x.seen_at > $4 and coalesce(x.pool, '${defaultPool}') = $3
            and (exists (select from engine.layers l where l.id = $2 and l.giver = x.id)
              or exists (select from engine.layer_places p where p.snapshot = $2 and p.runner = x.id and not p.struck))
          order by (select count(*) from engine.leases h where h.runner = x.id), random() limit ${mostHolders}) as holders
        from engine.runners t where t.id = $1 and t.peer_certificate is not null`,
      values: [taker, layer, pool, time(now - awakeMs)],
    })
    return rows[0] ?? null
  }

  async strike(runner: string, layer: string): Promise<void> {
    await this.#pool.query({
      name: 'engine-strike-holder',
      text: `with place as (update engine.layer_places set struck = true where snapshot = $2 and runner = $1)
        update engine.layers set giver = null where id = $2 and giver = $1`,
      values: [runner, layer],
    })
  }

  async stored(snapshots: readonly string[]): Promise<ReadonlySet<string>> {
    const { rows } = await this.#pool.query<{ snapshot: string }>({
      name: 'engine-stored-snapshots',
      text: 'select distinct snapshot from engine.exports where snapshot = any($1) and stored_at is not null',
      values: [snapshots],
    })
    return new Set(rows.map(({ snapshot }) => snapshot))
  }

  /**
   * Makes a change, and opens the jobs that wait for the snapshot to other runners if it completes
   * the snapshot.
   */
  async #changeAndOpen(
    { snapshot, form }: WantedSnapshot,
    change: (client: pg.PoolClient) => Promise<void>,
  ): Promise<void> {
    const isStored = await transaction(this.#pool, async (client) => {
      await change(client)
      const { rows } = await client.query<{ build_id: string }>({
        name: 'engine-note-stored',
        text: storedText,
        values: [snapshot, form],
      })
      if (rows[0] === undefined) return false
      await client.query({
        name: 'engine-open-ready',
        text: `update engine.ready r set open_at = r.ready_at + ${opensAfter('r')}
          where r.build_id = $1 and r.files is not null and $2 = any(r.files)`,
        values: [rows[0].build_id, snapshot],
      })
      return true
    })
    if (isStored) this.#options.tellReady()
  }

  async #ask(name: string, text: string, values: readonly unknown[]): Promise<void> {
    const { rows } = await this.#pool.query<{ runner: string }>({ name, text, values: [...values] })
    for (const runner of new Set(rows.map((row) => row.runner))) this.#options.tellWanted(runner)
  }
}

/**
 * Requires that known layers belong to this place. A layer's id is unique, so a runner that names a
 * layer of another place is mistaken or malicious.
 */
function requirePlace({ queue, pool }: LayerPlace, layers: readonly LayerPlace[]): void {
  if (layers.some((layer) => layer.queue !== queue || layer.pool !== pool))
    throw new NotWanted('A layer of this snapshot belongs to another organization or pool.')
}
