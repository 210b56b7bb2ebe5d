/** Writes the static part of the shop to `dist/`. */
import { mkdir, writeFile } from 'node:fs/promises'
import { price } from './catalogue.ts'
import { database } from './connect.ts'

const page = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Shop</title>
<link rel="stylesheet" href="shop.css">
<h1>Teapots</h1>
<p>From ${price(2900)}, delivered tomorrow.</p>
</html>
`

await mkdir('dist', { recursive: true })
await writeFile('dist/index.html', page)
await writeFile('dist/shop.css', 'h1 { font-family: serif }\n')
await database.end()
