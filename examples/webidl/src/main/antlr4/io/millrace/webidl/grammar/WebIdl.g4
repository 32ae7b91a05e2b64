/*
 * The part of WebIDL (webidl.spec.whatwg.org, section 2) that an SDK's contract is made of:
 * interfaces with operations. Everything else that can stand there is read far enough to be
 * refused by name.
 */
grammar WebIdl;

definitions
    : (extendedAttributes? definition)* EOF
    ;

definition
    : interfaceDefinition
    | unsupportedDefinition
    ;

interfaceDefinition
    : INTERFACE name=IDENTIFIER inheritance? LEFT (extendedAttributes? member)* RIGHT SEMICOLON
    ;

inheritance
    : COLON IDENTIFIER
    ;

member
    : operation
    | unsupportedMember
    ;

operation
    : idlType name=word OPEN (argument (COMMA argument)*)? CLOSE SEMICOLON
    ;

argument
    : extendedAttributes? OPTIONAL? idlType ELLIPSIS? name=word (EQUALS literal)?
    ;

// A keyword is read as a name, too, so that it can be refused by name.
word
    : IDENTIFIER
    | INTERFACE | DICTIONARY | ENUM | TYPEDEF | CALLBACK | NAMESPACE | PARTIAL | MIXIN | INCLUDES
    | ATTRIBUTE | READONLY | INHERIT | CONST | STATIC | STRINGIFIER | ITERABLE | ASYNC | MAPLIKE
    | SETLIKE | CONSTRUCTOR | GETTER | SETTER | DELETER | OPTIONAL | UNSIGNED | UNRESTRICTED | SHORT
    | LONG | FLOAT | DOUBLE | OR
    ;

literal
    : NUMBER
    | STRING
    | IDENTIFIER
    | SQUARE_LEFT SQUARE_RIGHT
    | LEFT RIGHT
    ;

idlType
    : unionType QUESTION?
    | base=IDENTIFIER (ANGLE_LEFT idlType (COMMA idlType)* ANGLE_RIGHT)? QUESTION?
    | UNSIGNED? (SHORT | LONG LONG?) QUESTION?
    | UNRESTRICTED? (FLOAT | DOUBLE) QUESTION?
    ;

unionType
    : OPEN idlType (OR idlType)+ CLOSE
    ;

unsupportedMember
    : keyword=(ATTRIBUTE | READONLY | INHERIT | CONST | STATIC | STRINGIFIER | ITERABLE | ASYNC
        | MAPLIKE | SETLIKE | CONSTRUCTOR | GETTER | SETTER | DELETER) rest* SEMICOLON
    ;

unsupportedDefinition
    : (INTERFACE MIXIN | DICTIONARY | ENUM | TYPEDEF | CALLBACK | NAMESPACE | PARTIAL | MIXIN) rest*
        (LEFT (rest | SEMICOLON)* RIGHT)? SEMICOLON
    | mixed=IDENTIFIER INCLUDES IDENTIFIER SEMICOLON
    ;

rest
    : ~(SEMICOLON | LEFT | RIGHT)
    | LEFT (rest | SEMICOLON)* RIGHT
    ;

extendedAttributes
    : SQUARE_LEFT attributeContent* SQUARE_RIGHT
    ;

attributeContent
    : ~(SQUARE_LEFT | SQUARE_RIGHT)
    ;

INTERFACE : 'interface';
DICTIONARY : 'dictionary';
ENUM : 'enum';
TYPEDEF : 'typedef';
CALLBACK : 'callback';
NAMESPACE : 'namespace';
PARTIAL : 'partial';
MIXIN : 'mixin';
INCLUDES : 'includes';
ATTRIBUTE : 'attribute';
READONLY : 'readonly';
INHERIT : 'inherit';
CONST : 'const';
STATIC : 'static';
STRINGIFIER : 'stringifier';
ITERABLE : 'iterable';
ASYNC : 'async';
MAPLIKE : 'maplike';
SETLIKE : 'setlike';
CONSTRUCTOR : 'constructor';
GETTER : 'getter';
SETTER : 'setter';
DELETER : 'deleter';
OPTIONAL : 'optional';
UNSIGNED : 'unsigned';
UNRESTRICTED : 'unrestricted';
SHORT : 'short';
LONG : 'long';
FLOAT : 'float';
DOUBLE : 'double';
OR : 'or';
LEFT : '{';
RIGHT : '}';
OPEN : '(';
CLOSE : ')';
SQUARE_LEFT : '[';
SQUARE_RIGHT : ']';
ANGLE_LEFT : '<';
ANGLE_RIGHT : '>';
COLON : ':';
SEMICOLON : ';';
COMMA : ',';
EQUALS : '=';
QUESTION : '?';
ELLIPSIS : '...';
IDENTIFIER : [_-]? [A-Za-z] [0-9A-Z_a-z-]*;
NUMBER : '-'? [0-9]+ ('.' [0-9]+)?;
STRING : '"' ~'"'* '"';
WHITE_SPACE : [ \t\r\n]+ -> skip;
LINE_COMMENT : '//' ~[\r\n]* -> skip;
BLOCK_COMMENT : '/*' .*? '*/' -> skip;
OTHER : .;
