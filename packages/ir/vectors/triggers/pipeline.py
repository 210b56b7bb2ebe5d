import harmont as hm


@hm.pipeline(
    "vec",
    name="Vector",
    allow_manual=False,
    triggers=[
        hm.push(branch="main"),
        hm.push(branch=["main", "rel/*"], paths=["src/**", "!**/*.md"], paths_ignore=["docs/**"]),
        hm.push(tag="v*"),
        hm.pull_request(),
        hm.pull_request(types=["opened", "closed"], branches=["main"], paths=["a"]),
        hm.pr(branches="main"),
        hm.schedule(cron="0 3 * * 1-5"),
        hm.schedule(timezone="Europe/Paris", cron="*/5 * * * *", branch="main"),
    ],
)
def ci():
    return hm.sh('make a', label='a')
