import harmont as hm


@hm.pipeline("vec")
def ci():
    return [hm.sh('make a', label='a', secrets={'NPM_TOKEN': 'npm_read'})]
