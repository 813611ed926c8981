using System.Globalization;
using Hooke.Models;

namespace Hooke.Circuits;

/// <summary>What a component of a transformer is.</summary>
public enum ComponentKind
{
    /// <summary>The embeddings, with positions where the model adds them.</summary>
    Input,

    /// <summary>An attention head.</summary>
    Head,

    /// <summary>An MLP.</summary>
    Mlp,

    /// <summary>The final norm and the unembedding.</summary>
    Logits,
}

/// <summary>A component: <c>input</c>, <c>a2.h3</c>, <c>m1</c> or <c>logits</c>.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Layer">Its layer; 0 for the input, the number of layers for the logits.</param>
/// <param name="Head">Its head, 0 for what is no head.</param>
public readonly record struct Node(ComponentKind Kind, int Layer, int Head = 0)
{
    /// <summary>What the component writes to the residual stream.</summary>
    public Address Output => Kind switch
    {
        ComponentKind.Input => Site.ResidPre.At(0),
        ComponentKind.Head => Site.Result.At(Layer).AtHead(Head),
        ComponentKind.Mlp => Site.MlpOut.At(Layer),
        _ => Site.Logits.At(),
    };

    /// <summary>The name, as the field's circuit tools write it.</summary>
    public override string ToString() => Kind switch
    {
        ComponentKind.Input => "input",
        ComponentKind.Head => string.Create(CultureInfo.InvariantCulture, $"a{Layer}.h{Head}"),
        ComponentKind.Mlp => string.Create(CultureInfo.InvariantCulture, $"m{Layer}"),
        _ => "logits",
    };
}

/// <summary>Which of a component's inputs an edge enters by.</summary>
public enum Port
{
    /// <summary>The only one, of an MLP or the logits.</summary>
    Whole,

    /// <summary>A head's queries.</summary>
    Query,

    /// <summary>A head's keys.</summary>
    Key,

    /// <summary>A head's values.</summary>
    Value,
}

/// <summary>Where a component reads the residual stream: <c>a2.h3&lt;q&gt;</c>, <c>m1</c> or <c>logits</c>.</summary>
/// <param name="Node">The component.</param>
/// <param name="Port">Which input of it.</param>
public readonly record struct Receiver(Node Node, Port Port)
{
    /// <summary>What is read, before the norm.</summary>
    public Address Input => Port switch
    {
        Port.Query => Site.QInput.At(Node.Layer).AtHead(Node.Head),
        Port.Key => Site.KInput.At(Node.Layer).AtHead(Node.Head),
        Port.Value => Site.VInput.At(Node.Layer).AtHead(Node.Head),
        _ when Node.Kind == ComponentKind.Mlp => Site.MlpIn.At(Node.Layer),
        _ => Site.ResidPost.At(Node.Layer - 1),
    };

    /// <summary>The name, as the field's circuit tools write it.</summary>
    public override string ToString() => Port switch
    {
        Port.Query => $"{Node}<q>",
        Port.Key => $"{Node}<k>",
        Port.Value => $"{Node}<v>",
        _ => Node.ToString(),
    };
}

/// <summary>What one component writes as another reads it: <c>a1.h4-&gt;a2.h3&lt;q&gt;</c>.</summary>
/// <param name="Source">The component that writes.</param>
/// <param name="Target">The input that reads.</param>
public readonly record struct Edge(Node Source, Receiver Target)
{
    /// <summary>The name, as the field's circuit tools write it.</summary>
    public override string ToString() => $"{Source}->{Target}";
}
