"""The store in MongoDB, on a replica set or a sharded cluster.

Every write names one document by its `_id` and waits until most members have it in
their journals; every read is from the primary and sees only what cannot be taken back.
A lost connection repeats a write once under its own number, so that it counts once.
"""

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from random import Random
from typing import Any

import bson
from pymongo import ASCENDING, DESCENDING, MongoClient, ReadPreference, ReturnDocument
from pymongo.collection import Collection
from pymongo.database import Database
from pymongo.errors import (
    ConfigurationError,
    ConnectionFailure,
    DuplicateKeyError,
    InvalidOperation,
    OperationFailure,
    PyMongoError,
    WriteConcernError,
)
from pymongo.read_concern import ReadConcern
from pymongo.uri_parser import parse_uri
from pymongo.write_concern import WriteConcern

from submissions.errors import Conflict, Duplicate, StoreUnavailableError
from submissions.store import mongo_files
from submissions.store.contract import COLLECTIONS, Condition, Document, Store
from submissions.store.mongo_files import MongoFiles
from submissions.store.portable import (
    after_prefix,
    check_collection,
    check_conditions,
    check_field,
    check_portable,
)

#: The database where the address names none.
DATABASE = "yibiao"
#: How long one call may take with all its repeats, milliseconds, where the address does
#: not say: longer than most replica sets need to choose another primary.
TIMEOUT = 15_000
#: Due documents a claim looks at: workers that ask together each begin at another.
_CANDIDATES = 16

_OPERATORS = {"=": "$eq", "<": "$lt", "<=": "$lte", ">": "$gt", ">=": "$gte"}
#: What to do about an error; the first that fits.
_REPAIRS: tuple[tuple[type[Exception], str], ...] = (
    (
        ConfigurationError,
        'Write "mongodb://HOST:PORT/DATABASE" with settings the driver knows.',
    ),
    (ConnectionFailure, "Start the servers or mend the address, then try again."),
    (WriteConcernError, "Most members of the replica set must be up: look at them."),
    (OperationFailure, "Check the account's password and rights, then the logs."),
    (PyMongoError, "Look at the servers' logs, then try again."),
)


class MongoStore(Store):
    """Documents as they are, one collection each, in one database."""

    def __init__(self, url: str, *, create: bool = True) -> None:
        """Find the servers, and make the indexes that are missing.

        Args:
            url: as MongoDB writes it; its last part names the database.
            create: False: refuse a database that is empty.

        Raises:
            StoreUnavailableError: no server answers, or there is nothing.
        """
        self._url = url
        #: By process: a child must not use what its parent opened.
        self._clients: dict[int, MongoClient[Document]] = {}
        self.files = MongoFiles(self._files)
        with self._explained(), closing(_client(url)) as client:
            database = _database(client)
            if create:
                _make_indexes(database)
            elif not database.list_collection_names():
                raise StoreUnavailableError(
                    f"there is nothing in {self._where}",
                    "Publish to make a store, or mend the address.",
                )

    def adopt(self, collection: str, document: Mapping[str, Any]) -> None:
        """Store a new document with its `rev`; see the contract."""
        check_portable(collection, document)
        with self._explained():
            try:
                self._collection(collection).insert_one(dict(document))
            except DuplicateKeyError as error:
                raise Duplicate(collection, document["_id"]) from error

    def get(self, collection: str, id_: str) -> Document | None:
        """Return the document, or None."""
        wanted = _named(collection, id_)
        with self._explained():
            return self._collection(collection).find_one(wanted)

    def put(self, collection: str, document: Mapping[str, Any]) -> Document:
        """Replace a document that nobody changed since; see the contract."""
        rev = document["rev"]
        new = {**document, "rev": rev + 1}
        check_portable(collection, new)
        unchanged = {"_id": document["_id"], "rev": rev}
        with self._explained():
            done = self._collection(collection).replace_one(unchanged, new)
        if not done.matched_count:
            raise Conflict(collection, document["_id"])
        return bson.decode(bson.encode(new))

    def find(
        self,
        collection: str,
        where: Sequence[Condition] = (),
        *,
        order: str | None = None,
        limit: int | None = None,
    ) -> list[Document]:
        """Return documents by declared fields and tags; see the contract."""
        if limit == 0:
            return []
        question = _conditions(collection, where)
        direction = DESCENDING if (order or "").startswith("-") else ASCENDING
        field = (order or "_id").removeprefix("-")
        check_field(collection, field)
        sort = [(field, direction)] + [("_id", ASCENDING)] * (field != "_id")
        with self._explained():
            found = self._collection(collection).find(question).sort(sort)
            return list(found.limit(limit or 0))

    def tally(
        self, collection: str, field: str, where: Sequence[Condition] = ()
    ) -> dict[Any, int]:
        """Count documents by one declared field; see the contract."""
        check_field(collection, field)
        counting = [
            {"$match": _conditions(collection, where)},
            {"$group": {"_id": f"${field}", "number": {"$sum": 1}}},
        ]
        with self._explained():
            counted = self._collection(collection).aggregate(counting)
            return {each["_id"]: each["number"] for each in counted}

    def tags(self, collection: str, prefix: str) -> list[tuple[str, str]]:
        """Return the tags that begin so; see the contract."""
        begins = {"$gte": prefix, "$lt": after_prefix(collection, prefix)}
        listing: list[Document] = [
            {"$match": {"tags": {"$elemMatch": begins}}},
            {"$project": {"tags": 1}},
            {"$unwind": "$tags"},
            {"$match": {"tags": begins}},
        ]
        with self._explained():
            found = self._collection(collection).aggregate(listing)
            # Twice in one document, a tag is one.
            return sorted({(each["tags"], each["_id"]) for each in found})

    def claim(
        self, collection: str, *, now: str, until: str, owner: str, token: str
    ) -> Document | None:
        """Take one due document, named by `_id` and `rev`; see the contract.

        Workers that ask at once see the same candidates: whoever comes late at one
        tries the next.
        """
        check_field(collection, "wake_at")
        lease = {
            "$set": {"wake_at": until, "lease": {"owner": owner, "token": token}},
            "$inc": {"rev": 1, "claims": 1},
        }
        with self._explained():
            claimable = self._collection(collection)
            while candidates := _due(claimable, now):
                Random(token).shuffle(candidates)  # noqa: S311 - spreads, keeps no secret
                for unchanged in candidates:
                    claimed = claimable.find_one_and_update(
                        unchanged, lease, return_document=ReturnDocument.AFTER
                    )
                    if claimed is not None:
                        return claimed
        return None

    def delete(self, collection: str, id_: str) -> None:
        """Remove the document; nothing happens if there is none."""
        unwanted = _named(collection, id_)
        with self._explained():
            self._collection(collection).delete_one(unwanted)

    def close(self) -> None:
        """Close the connections of this process."""
        client = self._clients.pop(os.getpid(), None)
        if client is not None:
            client.close()

    def _collection(self, name: str) -> Collection[Document]:
        check_collection(name)
        return self._database()[name]

    @contextmanager
    def _files(self) -> Iterator[Collection[Document]]:
        with self._explained():
            yield self._database()[mongo_files.COLLECTION]

    def _database(self) -> Database[Document]:
        client = self._clients.get(os.getpid())
        if client is None:
            made = _client(self._url)
            client = self._clients.setdefault(os.getpid(), made)
            if client is not made:  # another thread was faster
                made.close()
        return _database(client)

    @property
    def _where(self) -> str:
        """The address without the password and the settings in it."""
        return self._url.rpartition("//")[2].rpartition("@")[2].partition("?")[0]

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except InvalidOperation:
            raise  # a mistake of ours
        except PyMongoError as error:
            said = (
                str(error).partition(" (configured timeouts")[0].partition(", full")[0]
            )
            repair = next(text for kind, text in _REPAIRS if isinstance(error, kind))
            raise StoreUnavailableError(f"{self._where}: {said}", repair) from error


def _client(url: str) -> MongoClient[Document]:
    try:
        # Alone it only warns of a setting it does not know, such as a mistyped "tls".
        said = parse_uri(url)["options"]
        limit: Document = {} if "timeoutms" in said else {"timeoutMS": TIMEOUT}
        return MongoClient(url, appname="yibiao", retryWrites=True, **limit)
    except ValueError as error:
        raise ConfigurationError(str(error)) from error


def _database(client: MongoClient[Document]) -> Database[Document]:
    return client.get_default_database(
        DATABASE,
        write_concern=WriteConcern("majority", j=True),
        read_concern=ReadConcern("majority"),
        read_preference=ReadPreference.PRIMARY,
    )


def _make_indexes(database: Database[Document]) -> None:
    for name, declared in COLLECTIONS.items():
        for fields in (*declared.indexes, *[("tags",)] * declared.tagged):
            # Sparse: what is not due is not in the index of what is.
            database[name].create_index(list(fields), sparse=fields == ("wake_at",))
    database[mongo_files.COLLECTION].create_index(["kept_at"])


def _due(collection: Collection[Document], now: str) -> list[Document]:
    """Return the documents that are due, as {_id, rev}."""
    found = collection.find({"wake_at": {"$lte": now}}, {"rev": 1})
    return list(found.sort("wake_at", ASCENDING).limit(_CANDIDATES))


def _named(collection: str, id_: str) -> Document:
    check_conditions(collection, [("_id", "=", id_)])
    return {"_id": id_}


def _conditions(collection: str, where: Sequence[Condition]) -> Document:
    check_conditions(collection, where)
    terms = [{field: {_OPERATORS[sign]: value}} for field, sign, value in where]
    return {"$and": terms} if terms else {}
