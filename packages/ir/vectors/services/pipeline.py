import harmont as hm

db = hm.service(
    "db",
    egress=True,
    image="postgres:18",
    env={"POSTGRES_PASSWORD": "x", "PORT": 5432},
    command="exec postgres -c fsync=off",
    ready={"log": "ready to accept", "port": 5432, "timeout": "2m", "command": "pg_isready"},
    stop={"seconds": 30, "signal": "SIGINT"},
    localhost=True,
)
cache = hm.service("cache", image="valkey:9", ready={"timeout": 5}, localhost=False)
app = hm.service("app", image="app:1", needs=[db, "cache"])
seeded = hm.service("seeded", image="postgres:18", prepare="psql -h seeded -f schema.sql")


@hm.pipeline("vec")
def ci():
    deps = hm.scratch(image="node:24").sh("npm ci", label="deps")
    migrated = deps.sh("npm run migrate", label="migrate", services=db, cache=hm.on_change("migrations/"))
    return [
        migrated.sh("npm test", label="test", services=[app, db.after(migrated), cache]),
        deps.sh("npm run e2e", label="e2e", services=[db.after(migrated.fork()), seeded]),
        hm.wait(),
        hm.sh("psql -h seeded", label="ask", services=seeded),
    ]
