/** Carts live in Redis for a day: product id -> count. */
import type { Cache } from './connect.ts'

const secondsKept = 24 * 60 * 60

export async function addToCart(cache: Cache, customer: string, product: number, count = 1): Promise<void> {
  await cache.hIncrBy(keyOf(customer), String(product), count)
  await cache.expire(keyOf(customer), secondsKept)
}

/** Returns the counts by product id. */
export async function cartOf(cache: Cache, customer: string): Promise<ReadonlyMap<number, number>> {
  const counts = await cache.hGetAll(keyOf(customer))
  return new Map(Object.entries(counts).map(([product, count]) => [Number(product), Number(count)]))
}

export async function emptyCart(cache: Cache, customer: string): Promise<void> {
  await cache.del(keyOf(customer))
}

function keyOf(customer: string): string {
  return `cart:${customer}`
}
