"""The makers of electric drives for whose service a mechanic may hold a certificate."""

EBIKE_BRANDS = {
    "bafang": "Bafang",
    "bosch": "Bosch",
    "brose": "Brose",
    "fazua": "Fazua",
    "giant": "Giant SyncDrive",
    "mahle": "Mahle",
    "panasonic": "Panasonic",
    "shimano": "Shimano Steps",
    "specialized": "Specialized",
    "valeo": "Valeo",
    "yamaha": "Yamaha",
}
