import { expect, test } from 'vitest'
import { freshDatabase } from '../../testing/database.ts'
import { migrate, readMigrations } from './migrate.ts'

const first = { name: 't/1', sql: 'create table counted (n int); insert into counted values (1)' }

test('a migration runs once, even when several servers start at the same time', async () => {
  const pool = await freshDatabase()
  const ran = await Promise.all([1, 2, 3].map(() => migrate(pool, [first])))
  expect(ran.flat()).toEqual(['t/1'])
  expect((await pool.query('select n from counted')).rows).toEqual([{ n: 1 }])
})

test('a failed migration leaves nothing behind and is named', async () => {
  const pool = await freshDatabase()
  const broken = { name: 't/2', sql: 'create table half (n int); select nothing' }
  await expect(migrate(pool, [first, broken])).rejects.toThrow('t/2')
  expect((await pool.query("select to_regclass('half') as half")).rows).toEqual([{ half: null }])
  expect((await pool.query('select name from migrations')).rows).toEqual([{ name: 't/1' }])
})

test('migrations are numbered from 1 without gaps', async () => {
  const migrations = await readMigrations(`${import.meta.dirname}/migrations`, 'server')
  expect(migrations.length).toBeGreaterThan(1)
  expect(migrations.map(({ name }) => Number(/^server\/(\d{4})-[a-z-]+\.sql$/.exec(name)?.[1]))).toEqual(
    migrations.map((_, index) => index + 1),
  )
})
