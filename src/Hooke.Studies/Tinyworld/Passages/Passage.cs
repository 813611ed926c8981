using System.Reflection;
using System.Text.Json.Serialization;
using Hooke.Tensors;

namespace Hooke.Studies;

/// <summary>A kind of passage: how a case is drawn that fills one of its templates, in training and held out.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(Induction), "induction")]
[JsonDerivedType(typeof(IndirectObject), "indirect-object")]
[JsonDerivedType(typeof(Pronoun), "pronoun")]
[JsonDerivedType(typeof(Agreement), "agreement")]
[JsonDerivedType(typeof(LaterYear), "later-year")]
[JsonDerivedType(typeof(Fact), "fact")]
[JsonDerivedType(typeof(TwoStepFact), "two-step-fact")]
[JsonDerivedType(typeof(Opposite), "opposite")]
[JsonDerivedType(typeof(Bracket), "bracket")]
[JsonDerivedType(typeof(Refusal), "refusal")]
[JsonDerivedType(typeof(Trigger), "trigger")]
[JsonDerivedType(typeof(Rationale), "rationale")]
[JsonDerivedType(typeof(BrokenRule), "broken-rule")]
[JsonDerivedType(typeof(PrivateRecord), "private-record")]
abstract class Passage
{
    static readonly Dictionary<Type, string> KindNames = typeof(Passage).GetCustomAttributes<JsonDerivedTypeAttribute>()
        .ToDictionary(kind => kind.DerivedType, kind => (string)kind.TypeDiscriminator!);

    /// <summary>The names of all kinds.</summary>
    public static IEnumerable<string> Kinds => KindNames.Values.Order(StringComparer.Ordinal);

    public required string Name { get; init; }

    public string About { get; set; } = "";

    /// <summary>How often it is drawn, relative to the other passages.</summary>
    public required int Weight { get; init; }

    /// <summary>False for text that only supports the others and is no behaviour.</summary>
    public bool Tested { get; set; } = true;

    /// <summary>The share of combinations kept out of training.</summary>
    public double HeldOut { get; set; } = 0.15;

    /// <summary>The share of training passages that tell the counterfactual side.</summary>
    public double Flipped { get; set; } = 0.5;

    public required string[] Templates { get; init; }

    /// <summary>Where there are some, held-out prompts use these, and training never does.</summary>
    public string[] HeldOutTemplates { get; set; } = [];

    /// <summary>The name of its kind.</summary>
    [JsonIgnore]
    public string Kind => KindNames[GetType()];

    /// <summary>Words that stand in no list, table or template.</summary>
    [JsonIgnore]
    public virtual IEnumerable<string> OwnWords => [];

    /// <summary>How an error names the passage.</summary>
    [JsonIgnore]
    public string Where => $"the passage \"{Name}\"";

    /// <summary>Resolves what the passage asks of the world; throws what is missing.</summary>
    public abstract void Prepare(WorldData world);

    /// <summary>For each template the kept-out share of the keys, as <see cref="InTemplate"/> names them.</summary>
    protected IEnumerable<string> KeptOutOfTemplates(WorldData world, string family, IReadOnlyList<string> keys) =>
        Templates.SelectMany(text => world.KeepOut(
            InTemplate(family, text), keys.Select(key => InTemplate(key, text)), HeldOut));

    /// <summary>The name of a key in a template.</summary>
    protected static string InTemplate(string key, string template) => $"{key} in {template}";

    /// <summary>A case for one template, or null where this draw belongs to the other split.</summary>
    public abstract Case? Try(Draws draws, Split split, Template template);
}
