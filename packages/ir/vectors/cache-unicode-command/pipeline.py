import harmont as hm


@hm.pipeline("vec")
def ci():
    return [hm.sh('echo "é 😀"\nprintf \'\\\\n\'', key='k', cache=hm.forever())]
