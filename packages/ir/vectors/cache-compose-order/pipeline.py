import harmont as hm


@hm.pipeline("vec")
def ci():
    return [hm.sh('make', key='a', cache=hm.compose(hm.forever(), hm.on_change('one'))), hm.sh('make', key='b', cache=hm.compose(hm.on_change('one'), hm.forever())), hm.sh('make', key='c', cache=hm.compose(hm.compose(hm.forever()), hm.compose(hm.compose(hm.ttl(60)), hm.CacheNone()))), hm.sh('make', key='d', cache=hm.compose())]
