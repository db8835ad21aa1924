import random

from scenario import connect, done, take

seed = random.SystemRandom().randrange(2**32)
print("seed", seed)
body = random.Random(seed).randbytes(1_000_001)
for frame_max in (8192, 131072):
    connection = connect(frame_max=frame_max)
    channel = connection.channel()
    channel.confirm_delivery()
    queue = channel.queue_declare("", exclusive=True).method.queue
    channel.basic_publish("", queue, body)
    assert take(channel, queue)[2] == body, frame_max
    connection.close()
done()
