using Hooke.Tensors;

namespace Hooke.Studies;

/// <summary>A trained model and how its features share the dimensions.</summary>
public sealed class MeasuredToy
{
    internal MeasuredToy(TrainedToy toy)
    {
        Toy = toy;
        Measures = ToyMeasures.Of(toy.Model);
        Groups = FeatureGroup.Of(toy.Model);
    }

    /// <summary>The model.</summary>
    public TrainedToy Toy { get; }

    /// <summary>How its features share the dimensions.</summary>
    public DirectionMeasures Measures { get; }

    /// <summary>Which features interfere, and the shapes they form.</summary>
    public IReadOnlyList<FeatureGroup> Groups { get; }

    /// <summary>Features of a norm that counts as represented.</summary>
    public IEnumerable<int> Represented => Groups.SelectMany(group => group.Features).Order();
}

static class ToyMeasures
{
    /// <summary>The measures of the columns of W.</summary>
    public static DirectionMeasures Of(ToyModel model)
    {
        using Tensor directions = Tensor.Zeros(model.Features, model.Hidden);
        for (int i = 0; i < model.Features; i++)
            for (int k = 0; k < model.Hidden; k++)
                directions.Data[(i * model.Hidden) + k] = model.Weight.Data[(k * model.Features) + i];
        return new DirectionMeasures(directions);
    }
}
