import harmont as hm


@hm.pipeline("vec")
def ci():
    return [hm.sh('make', key='ttl', cache=hm.ttl(3600))]
