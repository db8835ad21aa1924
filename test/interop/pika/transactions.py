from scenario import connect, done, take

connection = connect()
channel = connection.channel()
queue = channel.queue_declare("", exclusive=True).method.queue
channel.tx_select()
channel.basic_publish("", queue, b"dropped")
channel.tx_rollback()
channel.basic_publish("", queue, b"kept")
assert channel.queue_declare(queue, passive=True).method.message_count == 0
channel.tx_commit()
assert take(channel, queue)[2] == b"kept"
channel.tx_commit()
assert channel.basic_get(queue) == (None, None, None)
connection.close()
done()
