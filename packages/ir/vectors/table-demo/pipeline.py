import harmont as hm


@hm.pipeline("demo")
def ci():
    return [hm.sh('apt-get update && apt-get install -y git', label='base', cache=hm.ttl('1d')).sh('make deps', label='deps', cache=hm.compose(hm.ttl('1h'), hm.on_change('a.txt', 'src/')))]
