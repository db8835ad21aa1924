import pika.exceptions
from scenario import connect, done, take, unique

connection = connect()
missing = unique("missing")
channel = connection.channel()
try:
    channel.queue_declare(missing, passive=True)
    raise AssertionError("the passive declare succeeded")
except pika.exceptions.ChannelClosedByBroker as error:
    assert error.reply_code == 404, error
    assert error.reply_text == f"NOT_FOUND - no queue '{missing}' in vhost '/'", error.reply_text

channel = connection.channel()
queue = channel.queue_declare("", exclusive=True).method.queue
channel.basic_publish("", queue, b"still here")
assert take(channel, queue)[2] == b"still here"
connection.close()
done()
