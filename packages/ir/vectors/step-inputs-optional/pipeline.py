import harmont as hm


@hm.pipeline("vec")
def ci():
    a = hm.sh('make a', label='a')
    inputs = [
        hm.files_from(a, 'dist/**', optional=True),
        hm.files_from(a, 'gen', 'web', optional=True),
        hm.files_from(a, 'x', optional=False),
        {"from": a, "path": 'y', "optional": True},
    ]
    return [hm.sh('make c', label='c', inputs=inputs)]
