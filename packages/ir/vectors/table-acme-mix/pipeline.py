import harmont as hm


@hm.pipeline("vec")
def ci():
    return [hm.sh('make', key='mix', cache=hm.compose(hm.ttl(3600), hm.CacheNone(), hm.on_change('one')))]
