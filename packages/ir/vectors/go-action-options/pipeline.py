import harmont as hm


@hm.pipeline("vec")
def ci():
    return [hm.go.test(label='unit', key='t', timeout=60, retry=1, env={'CGO_ENABLED': 0}, cache=hm.forever())]
