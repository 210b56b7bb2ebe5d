import harmont as hm


@hm.pipeline("vec")
def ci():
    return [hm.sh('make a', label='a', services=[{'ready': {'timeout': '1m', 'port': 5432}, 'env': {'POSTGRES_PASSWORD': 'x'}, 'image': 'postgres:18', 'name': 'db'}, {'name': 'cache', 'image': 'valkey:9'}])]
