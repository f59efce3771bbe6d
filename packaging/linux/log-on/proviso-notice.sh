# Shows at log-on in a terminal that the account is monitored.
/usr/lib/proviso/proviso-log-on-notice
