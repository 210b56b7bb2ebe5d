import harmont as hm


@hm.pipeline("vec")
def ci():
    return [hm.sh('make', key='dir', cache=hm.on_change('src'))]
