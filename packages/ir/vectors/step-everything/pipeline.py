import harmont as hm


@hm.pipeline("vec")
def ci():
    return [hm.sh('make a', label='a', services=[{'name': 'db', 'image': 'x'}], artifacts=['x'], resources={'cpu': 1}, concurrency={'group': 'g', 'limit': 2}, when={'branch': 'main'}, soft_fail=True, retry=1, continue_on_failure=True, runner='vm', image='node:24', timeout=60, cache=hm.forever(), env={'A': 'b'}, secrets=['S'])]
