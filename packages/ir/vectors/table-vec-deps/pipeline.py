import harmont as hm


@hm.pipeline("vec")
def ci():
    return [hm.sh('make gen').sh('make', key='deps', cache=hm.on_change('one'))]
