"""Every reason why a definition or a merge is refused, each with its repair.

An error holds what happened as fields; its text says where, what, who, and how to mend
it. What an applicant did wrong is never an exception: that is a `validity.Fault`.
"""

from builder.errors.affairs import (
    CycleError,
    LeftOutRequiredError,
    MisplacedQuestionError,
    PredicateValueError,
    SituationsError,
    UnaskedPredicateError,
    UndecidedError,
    UnplacedQuestionError,
    UnservedError,
    VacuousPredicateError,
)
from builder.errors.base import (
    BuilderError,
    DefinitionErrors,
)
from builder.errors.files import (
    FileNameError,
    JsonError,
    MissingFileError,
    NoAffairsError,
    PackError,
    ShapeError,
    UnknownNameError,
)
from builder.errors.forms import (
    BrokenReferenceError,
    DialectError,
    ExampleError,
    FormSchemaError,
    IdleKeywordError,
    LensLawError,
    LensNotOntoError,
    NestedBindingError,
    OtherTypeError,
    RefusedFactError,
    RefusedValueError,
    SlotValueError,
    UndescribedFieldError,
    UnknownKeywordError,
    UnresolvedPathError,
)
from builder.errors.transport import (
    EndlessReferenceError,
    ListKeywordError,
    ResidualNegativeError,
    WholeObjectError,
)

__all__ = [
    "BrokenReferenceError",
    "BuilderError",
    "CycleError",
    "DefinitionErrors",
    "DialectError",
    "EndlessReferenceError",
    "ExampleError",
    "FileNameError",
    "FormSchemaError",
    "IdleKeywordError",
    "JsonError",
    "LeftOutRequiredError",
    "LensLawError",
    "LensNotOntoError",
    "ListKeywordError",
    "MisplacedQuestionError",
    "MissingFileError",
    "NestedBindingError",
    "NoAffairsError",
    "OtherTypeError",
    "PackError",
    "PredicateValueError",
    "RefusedFactError",
    "RefusedValueError",
    "ResidualNegativeError",
    "ShapeError",
    "SituationsError",
    "SlotValueError",
    "UnaskedPredicateError",
    "UndecidedError",
    "UndescribedFieldError",
    "UnknownKeywordError",
    "UnknownNameError",
    "UnplacedQuestionError",
    "UnresolvedPathError",
    "UnservedError",
    "VacuousPredicateError",
    "WholeObjectError",
]
